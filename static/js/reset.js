// The code of a reset link is in the address's fragment, which no server sees. It moves into the form, and leaves the
// address and the browser's history.
function takeCode() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("id_code").value = code;
  document.getElementById("id_password").focus();
}
takeCode();
addEventListener("hashchange", takeCode);
