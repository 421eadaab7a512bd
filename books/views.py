"""Pages of the catalogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def catalogue(request: HttpRequest) -> HttpResponse:
    return render(request, "books/catalogue.html")


def book_page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "books/book.html")


def author_page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "books/author.html")
