"""Authors, genres and publishers."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from books import queries
from books.api.answers import kept_list
from books.filters import name_filter
from books.models import Author, Genre, Publisher
from books.serializers import AuthorOut, GenreOut, PublisherOut


class NameList(GenericAPIView):
    """Names in alphabetical order with how many books each has."""

    permission_classes = [AllowAny]
    model: Any

    def get_queryset(self) -> Any:
        return queries.names(self.model)

    def page(self) -> Any:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(rows).data


class AuthorList(NameList):
    model, filterset_class, serializer_class = Author, name_filter(Author), AuthorOut

    @extend_schema(
        operation_id="authors_list", summary="Authors", responses={200: AuthorOut(many=True)}, tags=["catalogue"]
    )
    def get(self, request: Request) -> HttpResponse:
        return kept_list(request, self.page)


class GenreList(NameList):
    model, filterset_class, serializer_class = Genre, name_filter(Genre), GenreOut

    @extend_schema(
        operation_id="genres_list", summary="Genres", responses={200: GenreOut(many=True)}, tags=["catalogue"]
    )
    def get(self, request: Request) -> HttpResponse:
        return kept_list(request, self.page)


class PublisherList(NameList):
    model, filterset_class, serializer_class = Publisher, name_filter(Publisher), PublisherOut

    @extend_schema(
        operation_id="publishers_list",
        summary="Publishers",
        responses={200: PublisherOut(many=True)},
        tags=["catalogue"],
    )
    def get(self, request: Request) -> HttpResponse:
        return kept_list(request, self.page)


class GenreDetail(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="genres_retrieve", summary="One genre", responses={200: GenreOut}, tags=["catalogue"])
    def get(self, request: Request, pk: int) -> HttpResponse:
        return kept_list(request, lambda: queries.name(Genre, pk=pk))


class PublisherDetail(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="publishers_retrieve",
        summary="One publisher",
        responses={200: PublisherOut},
        tags=["catalogue"],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        return kept_list(request, lambda: queries.name(Publisher, pk=pk))
