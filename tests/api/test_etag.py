import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from library_portal.api.etag import StaleObject, not_modified, require_match, weak_etag

TAG = weak_etag(7, 3)


def request(**headers: str) -> Request:
    return Request(
        APIRequestFactory().get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    )


def test_a_tag_says_what_it_was_made_of() -> None:
    assert weak_etag(7, 3) == TAG
    assert TAG.startswith('W/"')
    assert len({TAG, weak_etag(7, 4), weak_etag(73), weak_etag("7", "3", ""), weak_etag(b"7")}) == 5


@pytest.mark.parametrize("header", [TAG, TAG.removeprefix("W/"), "*", f'"other", {TAG}'])
def test_who_has_it_gets_304_with_the_tag(header: str) -> None:
    answer = not_modified(request(If_None_Match=header), TAG)

    assert answer is not None
    assert (answer.status_code, answer["ETag"], answer.content) == (304, TAG, b"")


@pytest.mark.parametrize("header", ["", '"other"', "rubbish", TAG[:-2]])
def test_who_has_another_version_gets_the_whole(header: str) -> None:
    assert not_modified(request(If_None_Match=header), TAG) is None


def test_a_writer_who_read_this_version_may_write() -> None:
    require_match(request(If_Match=TAG), TAG)
    require_match(request(If_Match="*"), TAG)
    require_match(request(), TAG)


@pytest.mark.parametrize("header", ['"other"', "rubbish", ""])
def test_a_writer_who_was_too_slow_is_refused(header: str) -> None:
    with pytest.raises(StaleObject):
        require_match(request(If_Match=header), TAG)
