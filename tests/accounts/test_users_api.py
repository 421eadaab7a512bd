"""`users/`: librarians look after patrons, admins after everybody, and everybody else knows only of themselves."""

import pytest
from django.db import connection

from accounts import queries
from accounts.models import Role, User
from library_portal.audit.models import AuditEntry
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
USERS = "/api/v1/users/"
OTHERS = [Role.CUSTOMER, Role.AUTHOR]
STAFF = [Role.LIBRARIAN, Role.ADMIN]


@pytest.fixture
def ada() -> User:
    return UserFactory(username="ada", first_name="Ada", last_name="Lovelace", phone="+14155552671")


@pytest.fixture
def librarian() -> User:
    return UserFactory(username="lib", role=Role.LIBRARIAN, first_name="Grace")


@pytest.fixture
def admin() -> User:
    return UserFactory(username="boss", role=Role.ADMIN)


def whole(user: User) -> dict[str, object]:
    user.refresh_from_db()
    times = {field: getattr(user, field) for field in ("email_verified_at", "phone_verified_at", "joined_at")}
    return {
        **who(user),
        "email": user.email,
        "phone": str(user.phone) if user.phone else None,
        "second_step": user.second_step,
        **{field: at and at.isoformat().replace("+00:00", "Z") for field, at in times.items()},
    }


def who(user: User) -> dict[str, object]:
    return {field: getattr(user, field) for field in ("id", "username", "first_name", "last_name", "role", "is_active")}


def listed(api, caller: User, **query: object) -> list[dict[str, object]]:
    return api.get(USERS, query, headers=bearer(caller)).json()["results"]


def names(api, caller: User, **query: object) -> list[str]:
    return [str(one["username"]) for one in listed(api, caller, **query)]


def test_librarians_see_patrons_whole_and_of_colleagues_who_they_are(api, ada, librarian, admin) -> None:
    assert listed(api, librarian) == [who(admin), who(librarian), whole(ada)]
    assert api.get(f"{USERS}{ada.pk}/", headers=bearer(librarian)).json() == whole(ada)
    assert api.get(f"{USERS}{admin.pk}/", headers=bearer(librarian)).json() == who(admin)


def test_admins_see_everybody_whole(api, ada, librarian, admin) -> None:
    assert listed(api, admin) == [whole(admin), whole(librarian), whole(ada)]
    assert api.get(f"{USERS}{librarian.pk}/", headers=bearer(admin)).json() == whole(librarian)


@pytest.mark.parametrize("role", OTHERS)
def test_who_is_no_staff_has_no_list_and_knows_of_nobody_else(api, ada, role) -> None:
    caller = UserFactory(role=role)
    before = User.objects.values().get(pk=ada.pk)
    assert api.get(USERS, headers=bearer(caller)).status_code == 403
    assert api.post(USERS, {"username": "x", "email": "x@library.example"}, headers=bearer(caller)).status_code == 403
    for method in (api.get, api.put, api.patch, api.delete):
        assert method(f"{USERS}{ada.pk}/", headers=bearer(caller)).status_code == 404
    assert User.objects.values().get(pk=ada.pk) == before


def test_ones_own_number_is_another_address_of_ones_own_account(api, ada) -> None:
    headers = bearer(ada)
    assert api.get(f"{USERS}{ada.pk}/", headers=headers).json() == api.get(f"{USERS}me/", headers=headers).json()
    answer = api.patch(
        f"{USERS}{ada.pk}/", {"last_name": "Byron", "role": "admin", "is_active": False}, headers=headers
    )
    ada.refresh_from_db()
    assert (answer.json()["last_name"], ada.last_name, ada.role, ada.is_active) == ("Byron", "Byron", "customer", True)


@pytest.mark.parametrize("words", ["AD", "ada@lib", "love", "ada lovel", "+1415555"])
def test_q_finds_by_how_names_and_addresses_begin(api, ada, librarian, words) -> None:
    UserFactory(username="grace", last_name="Hopper")
    assert names(api, librarian, q=words) == ["ada"]


@pytest.mark.parametrize("words", ["da", "%", "_da", "lovelace x", "'"])
def test_q_finds_nothing_inside_words_and_knows_no_wildcards(api, ada, librarian, words) -> None:
    assert names(api, librarian, q=words) == []


def test_librarians_can_not_try_out_the_addresses_of_colleagues(api, librarian, admin) -> None:
    User.objects.filter(pk=admin.pk).update(email="secret@library.example", phone="+14155550000")
    assert (names(api, librarian, q="secret@"), names(api, librarian, q="+1415555")) == ([], [])
    assert names(api, admin, q="secret@") == ["boss"]


def test_the_list_is_narrowed_by_role_and_access(api, ada, librarian, admin) -> None:
    UserFactory(username="gone", is_active=False)
    assert names(api, admin, role="customer") == ["gone", "ada"]
    assert names(api, admin, is_active="false") == ["gone"]
    assert names(api, admin, role="customer", is_active="true", q="a") == ["ada"]
    assert api.get(USERS, {"role": "king"}, headers=bearer(admin)).status_code == 400


def test_the_list_comes_in_pages_and_takes_the_same_number_of_queries(
    api, admin, django_assert_max_num_queries
) -> None:
    UserFactory.create_batch(25, password="!")
    headers = bearer(admin)
    with django_assert_max_num_queries(3):
        first = api.get(USERS, headers=headers).json()
    second = api.get(first["next"], headers=headers).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (20, 6, None)


def test_whose_account_was_deleted_is_nobody(api, ada, librarian, now) -> None:
    User.objects.filter(pk=ada.pk).update(erased_at=now)
    assert names(api, librarian) == ["lib"]
    assert api.get(f"{USERS}{ada.pk}/", headers=bearer(librarian)).status_code == 404


@pytest.mark.parametrize("role", STAFF)
def test_staff_enter_a_patron_who_gets_a_link(api, role) -> None:
    caller = UserFactory(role=role)
    form = {"username": "new", "email": "new@library.example", "first_name": "Ada", "role": "admin"}
    answer = api.post(USERS, form, headers=bearer(caller))
    new = User.objects.get(username="new")
    assert (answer.status_code, answer.json()) == (201, whole(new))
    assert (new.role, new.is_superuser, new.has_usable_password(), new.email_verified_at) == (
        "customer",
        False,
        False,
        None,
    )
    assert OutboxEvent.objects.filter(name="user.password_reset_requested", payload={"user_id": new.pk}).count() == 1
    again = api.post(USERS, form, headers=bearer(caller))
    assert (again.status_code, sorted(again.json()["errors"])) == (400, ["email", "username"])


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, {"username"}),
        ({"username": "new"}, {"email"}),
        ({"username": "a b", "email": "new@library.example"}, {"username"}),
        ({"username": "new", "phone": "12"}, {"phone"}),
        ({"username": "new", "email": "ADA@library.example"}, {"email"}),
        ({"username": "new", "phone": "+14155552671"}, {"phone"}),
    ],
)
def test_what_is_wrong_with_a_new_patron_is_said_at_its_field(api, ada, librarian, form, fields) -> None:
    answer = api.post(USERS, form, headers=bearer(librarian))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, fields)
    assert not User.objects.filter(username="new").exists()


def test_librarians_deactivate_and_reactivate_patrons_and_change_nothing_else(api, ada, librarian) -> None:
    headers = bearer(librarian)
    for method, is_active in ((api.patch, False), (api.put, True)):
        form = {"is_active": is_active, "role": "admin", "first_name": "Eve", "email": "eve@library.example"}
        answer = method(f"{USERS}{ada.pk}/", form, headers=headers)
        assert (answer.status_code, answer.json()) == (200, whole(ada))
        assert (ada.is_active, ada.role, ada.first_name, ada.email) == (
            is_active,
            "customer",
            "Ada",
            "ada@library.example",
        )
    assert api.put(f"{USERS}{ada.pk}/", {}, headers=headers).json()["errors"].keys() == {"is_active"}
    recorded = AuditEntry.objects.filter(whom=ada).order_by("pk").values_list("action", "who__username")
    assert list(recorded) == [("deactivated", "lib"), ("reactivated", "lib")]


@pytest.mark.parametrize("role", STAFF)
def test_librarians_do_not_touch_colleagues(api, librarian, role) -> None:
    colleague = UserFactory(role=role)
    before = User.objects.values().get(pk=colleague.pk)
    for method in (api.put, api.patch, api.delete):
        assert method(f"{USERS}{colleague.pk}/", {"is_active": False}, headers=bearer(librarian)).status_code == 403
    assert User.objects.values().get(pk=colleague.pk) == before


def test_admins_change_names_role_and_access_of_others(api, ada, admin) -> None:
    form = {"first_name": "A", "last_name": "L", "role": "librarian", "is_active": True}
    assert api.put(f"{USERS}{ada.pk}/", form, headers=bearer(admin)).json() == whole(ada)
    assert (ada.first_name, ada.last_name, ada.role, ada.second_step) == ("A", "L", "librarian", True)
    assert list(ada.groups.values_list("name", flat=True)) == ["Librarians"]
    assert api.put(f"{USERS}{ada.pk}/", {"role": "king"}, headers=bearer(admin)).status_code == 400
    role, person = AuditEntry.objects.filter(whom=ada, action__in=["role_changed", "person_changed"]).order_by("pk")
    assert (role.details, role.who) == ({"before": "customer", "after": "librarian"}, admin)
    assert person.details == {"fields": ["first_name", "last_name"]}


def test_librarians_delete_nobody_and_admins_do_after_giving_their_password(api, ada, librarian, admin, now) -> None:
    assert api.delete(f"{USERS}{ada.pk}/", headers=bearer(librarian)).status_code == 403
    headers = bearer(admin)
    admin.sessions.update(confirmed_at=now.replace(year=2000))
    assert api.delete(f"{USERS}{ada.pk}/", headers=headers).status_code == 403
    admin.sessions.update(confirmed_at=now)
    assert api.delete(f"{USERS}{ada.pk}/", headers=headers).status_code == 204
    ada.refresh_from_db()
    assert ada.erased_at is not None


def test_q_is_answered_from_its_indexes_among_50_000(librarian) -> None:
    insert_people(50_000)
    for text in ("reader4999", "zoe", "reader4999@lib", "name4999", "+1415555"):
        plan = queries.people(text=text, contacts_of=["customer", "author"])[:21].explain()
        assert "BitmapOr" in plan, (text, plan)  # which needs an index for each of the names
        assert "Seq Scan" not in plan
    assert "Seq Scan" not in queries.people(text="name reader")[:21].explain()  # finds them all


def insert_people(count: int) -> None:
    """Copies of one person with names of their own, made by the database: quicker than one by one."""
    UserFactory(username="model", phone=None)
    own = {"username": "'reader' || n", "email": "'reader' || n || '@library.example'", "last_name": "'Name' || n"}
    columns = [field.column for field in User._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(column, f"model.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO accounts_user ({', '.join(columns)}) SELECT {values} "
            "FROM accounts_user model, generate_series(1, %s) n WHERE model.username = 'model'",
            [count],
        )
        cursor.execute("ANALYZE accounts_user")
