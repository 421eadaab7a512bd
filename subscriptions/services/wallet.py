"""The wallet: every movement is one ledger entry, written under the wallet's row lock, once per idempotency key."""

from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from library_portal.errors import InvalidInput, PortalError
from library_portal.outbox import record
from subscriptions.events import WalletCredited, WalletDebited
from subscriptions.models import Debt, LedgerEntry, Wallet

EntryKind = LedgerEntry.Kind
NOTHING = Decimal("0.00")


class InsufficientFunds(PortalError):
    """The answer carries `required`, `balance` and `shortfall`, strings of dollars."""

    code = "insufficient_funds"
    status = 402
    title = _("There is not enough money in the wallet.")

    def __init__(self, *, required: Decimal, balance: Decimal) -> None:
        dollars = {"required": required, "balance": balance, "shortfall": required - balance}
        amounts = {name: f"{amount:.2f}" for name, amount in dollars.items()}
        super().__init__(
            _("This costs $%(required)s and the wallet holds $%(balance)s: $%(shortfall)s is missing.") % amounts,
            **amounts,
        )


def lock_wallet(*, user_id: int) -> Wallet:
    """The patron's wallet, locked until the transaction ends; made on first use."""
    locked = Wallet.objects.select_for_update()
    wallet = locked.filter(user_id=user_id).first()
    if wallet is None:
        Wallet.objects.get_or_create(user_id=user_id)
        wallet = locked.get(user_id=user_id)
    return wallet


@transaction.atomic
def charge(*, user_id: int, amount: Decimal, kind: str, reference: str, key: str) -> LedgerEntry | None:
    """Take `amount` dollars (nothing is written for 0). Raises InsufficientFunds."""
    wallet = lock_wallet(user_id=user_id)
    if amount > wallet.balance and not _exists(key):
        raise InsufficientFunds(required=amount, balance=wallet.balance)
    return _move(wallet, -amount, kind=kind, reference=reference, key=key)


@transaction.atomic
def refund(*, user_id: int, amount: Decimal, reference: str, key: str) -> LedgerEntry | None:
    """Give back `amount` dollars that were paid for `reference`."""
    return _move(lock_wallet(user_id=user_id), amount, kind=EntryKind.REFUND, reference=reference, key=key)


@transaction.atomic
def return_top_up(*, user_id: int, amount: Decimal, reference: str, key: str) -> LedgerEntry | None:
    """The provider could not give back a top-up: `amount` dollars of it are in the wallet again."""
    return _move(lock_wallet(user_id=user_id), amount, kind=EntryKind.TOP_UP_REFUND, reference=reference, key=key)


@transaction.atomic
def credit_subscription(*, user_id: int, amount: Decimal, reference: str, key: str) -> LedgerEntry | None:
    """Give back `amount` dollars for the unused part of a period."""
    wallet = lock_wallet(user_id=user_id)
    return _move(wallet, amount, kind=EntryKind.SUBSCRIPTION_CREDIT, reference=reference, key=key)


@transaction.atomic
def charge_or_owe(*, user_id: int, amount: Decimal, kind: str, reference: str, key: str) -> Decimal:
    """Take what the wallet covers; the rest becomes a debt. Returns the debt in dollars (rules.md, "Late").

    Once per key: where nothing was covered, there is no entry but the debt.
    """
    if not amount:
        return Decimal("0.00")
    wallet = lock_wallet(user_id=user_id)
    debt = Debt.objects.filter(idempotency_key=key).first()
    if debt or _exists(key):
        return debt.amount if debt else Decimal("0.00")
    covered = min(amount, wallet.balance)
    _move(wallet, -covered, kind=kind, reference=reference, key=key)
    owed = amount - covered
    if owed:
        Debt.objects.create(
            wallet=wallet, kind=kind, reference=reference, idempotency_key=key, amount=owed, outstanding=owed
        )
    return owed


@transaction.atomic
def take_fee_back(*, user_id: int, amount: Decimal, kind: str, reference: str, key: str) -> Decimal:
    """A fee of `amount` dollars was a mistake, or its reason is gone: what is still owed of it is asked for no longer,
    what was paid goes back. Returns the dollars that went back; once per key.
    """
    wallet = lock_wallet(user_id=user_id)
    if _exists(key) or wallet.debts.filter(reference=reference, waiver_keys__contains=[key]).exists():
        return LedgerEntry.objects.filter(idempotency_key=key).aggregate(back=Sum("amount", default=NOTHING))["back"]
    waived = _waive(wallet.debts.filter(reference=reference, kind=kind), amount, key=key)
    _move(wallet, amount - waived, kind=kind, reference=reference, key=key)
    return amount - waived


def _waive(debts: QuerySet[Debt], amount: Decimal, *, key: str) -> Decimal:
    """Ask for at most `amount` dollars of these no longer; returns how many."""
    waived = NOTHING
    for debt in debts.filter(outstanding__gt=0).order_by("pk"):
        part = min(debt.outstanding, amount - waived)
        if part:
            debt.outstanding -= part
            debt.waived += part
            debt.waiver_keys.append(key)
            debt.save(update_fields=["outstanding", "waived", "waiver_keys"])
            waived += part
    return waived


@transaction.atomic
def adjust(
    *, user_id: int, amount: Decimal, reason: str, key: str, reference: str = "adjustment"
) -> LedgerEntry | None:
    """An admin's correction, with a reason. Raises InvalidInput without one, InsufficientFunds below zero."""
    if not reason.strip():
        raise InvalidInput(errors={"reason": [_("An adjustment needs a reason.")]})
    wallet = lock_wallet(user_id=user_id)
    if wallet.balance + amount < 0 and not _exists(key):
        raise InsufficientFunds(required=-amount, balance=wallet.balance)
    return _move(wallet, amount, kind=EntryKind.ADJUSTMENT, reference=reference, key=key, reason=reason.strip())


@transaction.atomic
def give_up_balance(*, user_id: int) -> LedgerEntry | None:
    """What a person leaves behind with the account; the ledger says so."""
    wallet = lock_wallet(user_id=user_id)
    return _move(
        wallet,
        -wallet.balance,
        kind=EntryKind.FORFEIT,
        reference="",
        key=f"account-deleted:{user_id}",
        reason="Given up when the account was deleted",
    )


def top_up(*, wallet: Wallet, amount: Decimal, reference: str, key: str) -> None:
    """Credit confirmed money to the locked wallet; open debts are paid from it first."""
    entry = _move(wallet, amount, kind=EntryKind.TOP_UP, reference=reference, key=key)
    if entry is None:
        return
    for debt in wallet.debts.filter(outstanding__gt=0).order_by("pk"):
        part = min(debt.outstanding, wallet.balance)
        if part:
            _move(
                wallet,
                -part,
                kind=debt.kind,
                reference=debt.reference,
                key=f"debt:{debt.pk}:entry:{entry.pk}",
            )
            debt.outstanding -= part
            debt.save(update_fields=["outstanding"])


def _exists(key: str) -> bool:
    return LedgerEntry.objects.filter(idempotency_key=key).exists()


def _move(
    wallet: Wallet, amount: Decimal, *, kind: str, reference: str, key: str, reason: str = ""
) -> LedgerEntry | None:
    """Write the entry and the balance. A key that was used before changes nothing and returns None."""
    if amount == 0 or _exists(key):
        return None
    wallet.balance += amount
    wallet.save(update_fields=["balance"])
    entry = LedgerEntry.objects.create(
        wallet=wallet,
        amount=amount,
        kind=kind,
        balance_after=wallet.balance,
        reference=reference,
        reason=reason,
        idempotency_key=key,
    )
    _moved(wallet, entry)
    return entry


def _moved(wallet: Wallet, entry: LedgerEntry) -> None:
    event = WalletCredited if entry.amount > 0 else WalletDebited
    record(
        event(
            user_id=wallet.user_id,
            entry_id=entry.pk,
            amount=f"{entry.amount:.2f}",
            kind=entry.kind,
            reference=entry.reference,
            balance_after=f"{entry.balance_after:.2f}",
        )
    )
