"""Books, their authors and copies, written straight into the tables: no events, no search entries."""

import factory

from books.matching import author_key
from books.models import Author, Authorship, Book, Copy, Genre, Isbn, Publisher


class AuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Author
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda number: f"Author {number}")
    match_key = factory.LazyAttribute(lambda author: author_key(author.name))


class GenreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Genre
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda number: f"Genre {number}")


class PublisherFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Publisher
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda number: f"Publisher {number}")


class BookFactory(factory.django.DjangoModelFactory):
    """`author_names`, `genre_names`, `further_isbns` and `copies` (how many on the shelf) may be given."""

    class Meta:
        model = Book
        skip_postgeneration_save = True

    title = factory.Sequence(lambda number: f"Title {number}")

    @factory.post_generation
    def further_isbns(book, create, numbers, **kwargs):
        Isbn.objects.bulk_create(
            Isbn(number=number, book=book) for number in filter(None, [book.isbn, *(numbers or [])])
        )

    @factory.post_generation
    def author_names(book, create, names, **kwargs):
        Authorship.objects.bulk_create(
            Authorship(book=book, author=AuthorFactory(name=name), position=position)
            for position, name in enumerate(names or ["Some Author"])
        )

    @factory.post_generation
    def genre_names(book, create, names, **kwargs):
        book.genres.set(GenreFactory(name=name) for name in names or [])

    @factory.post_generation
    def copies(book, create, count, **kwargs):
        CopyFactory.create_batch(count or 0, book=book)


class CopyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Copy

    book = factory.SubFactory(BookFactory)
    barcode = factory.Sequence(lambda number: f"C{number:06}")
