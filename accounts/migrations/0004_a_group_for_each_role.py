"""Everybody who is already here joins the group of their role; the groups' permissions come after each migrate."""

from django.db import migrations

GROUPS = {"customer": "Customers", "author": "Authors", "librarian": "Librarians", "admin": "Admins"}
BATCH = 5_000


def join_groups(apps, schema_editor) -> None:
    Group, User = apps.get_model("auth", "Group"), apps.get_model("accounts", "User")
    Membership = User.groups.through
    Membership.objects.all().delete()
    for role, name in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        people = User.objects.filter(role=role).values_list("pk", flat=True)
        members = [Membership(user_id=user_id, group_id=group.pk) for user_id in people.iterator()]
        Membership.objects.bulk_create(members, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0003_second_step_and_privacy"),
    ]

    operations = [migrations.RunPython(join_groups, migrations.RunPython.noop)]
