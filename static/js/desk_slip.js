// The slip prints itself; the desk opened this window, so it can go again.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => print());
addEventListener("afterprint", () => opener && close());
addEventListener("load", () => opener && print());
