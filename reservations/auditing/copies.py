"""Copies and whoever has them."""

from reservations.auditing.register import Findings, Moment, check, find


@check("copy-and-reservation")
def a_copy_is_with_one_reservation(moment: Moment) -> Findings:
    """A held copy has exactly one READY reservation, a lent one exactly one ACTIVE, every other copy none."""
    return find(
        moment,
        "Copy {copy_id} (book {book_id}) is “{status}”; reservations that have it: {reservations}.",
        """
        SELECT copy.id AS copy_id, copy.book_id, copy.status,
               coalesce(string_agg(taken.status || ' #' || taken.id, ', ' ORDER BY taken.id), 'none') AS reservations
        FROM books_copy AS copy
        LEFT JOIN reservations_reservation AS taken ON taken.copy_id = copy.id AND taken.status IN ('ready', 'active')
        GROUP BY copy.id
        HAVING coalesce(string_agg(taken.status, ','), '')
               <> CASE copy.status WHEN 'held' THEN 'ready' WHEN 'on_loan' THEN 'active' ELSE '' END
        """,
    )


@check("copy-of-another-book")
def a_reservation_has_a_copy_of_its_book(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} is for book {book_id}, its copy {copy_id} is of book {copys_book_id}.",
        """
        SELECT reservation.id AS reservation_id, reservation.book_id, copy.id AS copy_id, copy.book_id AS copys_book_id
        FROM reservations_reservation AS reservation
        JOIN books_copy AS copy ON copy.id = reservation.copy_id
        WHERE copy.book_id IS DISTINCT FROM reservation.book_id
        """,
    )


@check("lost-copy")
def a_lost_copy_is_off_the_shelf(moment: Moment) -> Findings:
    """Until it is found again. Once somebody else has had it, a librarian had put it back by hand."""
    return find(
        moment,
        "Copy {copy_id} is “{status}”, and was lost by reservation {reservation_id}, whose charge stands.",
        """
        SELECT lost.copy_id, copy.status, lost.id AS reservation_id
        FROM reservations_reservation AS lost
        JOIN books_copy AS copy ON copy.id = lost.copy_id
        WHERE lost.lost_on IS NOT NULL AND copy.status <> 'unavailable' AND NOT EXISTS (
            SELECT FROM reservations_reservation AS later
            WHERE later.copy_id = lost.copy_id AND later.id <> lost.id AND later.ready_at > lost.closed_at
        )
        """,
    )


@check("hold-shelf")
def what_is_on_the_hold_shelf_is_not_out(moment: Moment) -> Findings:
    return find(
        moment,
        "Copy {copy_id} is on the hold shelf for reservation {reservation_id}, but it is {problem}.",
        """
        SELECT place.copy_id, place.reservation_id,
               CASE WHEN copy.status = 'on_loan' THEN 'on loan' ELSE 'a copy of another book' END AS problem
        FROM reservations_holdshelfplace AS place
        JOIN books_copy AS copy ON copy.id = place.copy_id
        JOIN reservations_reservation AS reservation ON reservation.id = place.reservation_id
        WHERE copy.status = 'on_loan' OR copy.book_id <> reservation.book_id
        """,
    )
