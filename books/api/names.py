"""Authors, genres and publishers."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from books import name_counts, services
from books.api.answers import kept_list
from books.filters import name_filter
from books.models import Author, Genre, Publisher
from books.serializers import AuthorOut, GenreOut, NameIn, PublisherIn, PublisherOut
from library_portal.api.permissions import IsLibrarianOrReadOnly
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound


class NameList(GenericAPIView):
    """Names in alphabetical order with how many books each has."""

    permission_classes = [AllowAny]
    model: Any

    def get_queryset(self) -> Any:
        return name_counts.names(self.model)

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


class NameDetail(APIView):
    """One genre or publisher."""

    permission_classes = [IsLibrarianOrReadOnly]
    model: Any
    request_shape: type[NameIn] = NameIn

    def kept(self, request: Request, pk: int) -> HttpResponse:
        return kept_list(request, lambda: name_counts.name(self.model, pk=pk))

    def renamed(self, request: Request, pk: int) -> Response:
        given = self.request_shape(data=request.data)
        given.is_valid(raise_exception=True)
        services.rename(self.model, pk=pk, name=given.validated_data["name"])
        return Response(name_counts.name(self.model, pk=pk))

    def deleted(self, pk: int) -> Response:
        services.delete_name(self.model, pk=pk)
        return Response(status=204)


class GenreDetail(NameDetail):
    model = Genre

    @extend_schema(operation_id="genres_retrieve", summary="One genre", responses={200: GenreOut}, tags=["catalogue"])
    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.kept(request, pk)

    @extend_schema(
        operation_id="genres_update",
        summary="Rename a genre (librarians)",
        request=NameIn,
        responses={200: GenreOut},
        examples=[OpenApiExample("another name", {"name": "Science fiction"}, request_only=True)],
        tags=["catalogue"],
    )
    @may_refuse(NotFound, services.NameTaken)
    def patch(self, request: Request, pk: int) -> Response:
        return self.renamed(request, pk)

    @extend_schema(
        operation_id="genres_delete",
        summary="Take a genre away from all its books (librarians)",
        responses={204: None},
        tags=["catalogue"],
    )
    @may_refuse(NotFound)
    def delete(self, _request: Request, pk: int) -> Response:
        return self.deleted(pk)


class PublisherDetail(NameDetail):
    model, request_shape = Publisher, PublisherIn

    @extend_schema(
        operation_id="publishers_retrieve",
        summary="One publisher",
        responses={200: PublisherOut},
        tags=["catalogue"],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.kept(request, pk)

    @extend_schema(
        operation_id="publishers_update",
        summary="Rename a publisher (librarians)",
        request=PublisherIn,
        responses={200: PublisherOut},
        examples=[OpenApiExample("another name", {"name": "Faber & Faber"}, request_only=True)],
        tags=["catalogue"],
    )
    @may_refuse(NotFound, services.NameTaken)
    def patch(self, request: Request, pk: int) -> Response:
        return self.renamed(request, pk)

    @extend_schema(
        operation_id="publishers_delete",
        summary="Delete a publisher without books (librarians)",
        responses={204: None},
        tags=["catalogue"],
    )
    @may_refuse(NotFound, services.PublisherInUse)
    def delete(self, _request: Request, pk: int) -> Response:
        return self.deleted(pk)
