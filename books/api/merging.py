"""Authors, genres and publishers that turn out to be one, for librarians."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from books import name_counts, services
from books.api.answers import author_response
from books.merges import CannotBeMerged
from books.models import Genre, Publisher
from books.serializers import AuthorDetailOut, GenreOut, MergeIn, PublisherOut
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound

EXAMPLE = OpenApiExample("two others", {"others": [17, 42]}, request_only=True)


class Merge(APIView):
    permission_classes = [IsLibrarian]

    def merged(self, request: Request, pk: int, use_case: Callable[..., Any]) -> None:
        given = MergeIn(data=request.data)
        given.is_valid(raise_exception=True)
        use_case(keep_id=pk, other_ids=given.validated_data["others"])


class AuthorMerge(Merge):
    @extend_schema(
        operation_id="authors_merge",
        summary="Give this author the books and names of others, who are gone then (librarians)",
        request=MergeIn,
        responses={200: AuthorDetailOut},
        examples=[EXAMPLE],
        tags=["catalogue"],
    )
    @may_refuse(services.NothingToMerge, NotFound, CannotBeMerged)
    def post(self, request: Request, pk: int) -> HttpResponse:
        self.merged(request, pk, services.merge_authors)
        return author_response(pk)


class GenreMerge(Merge):
    @extend_schema(
        operation_id="genres_merge",
        summary="Give this genre the books of others, which are gone then (librarians)",
        request=MergeIn,
        responses={200: GenreOut},
        examples=[EXAMPLE],
        tags=["catalogue"],
    )
    @may_refuse(services.NothingToMerge, NotFound)
    def post(self, request: Request, pk: int) -> Response:
        self.merged(request, pk, services.merge_genres)
        return Response(name_counts.name(Genre, pk=pk))


class PublisherMerge(Merge):
    @extend_schema(
        operation_id="publishers_merge",
        summary="Give this publisher the books of others, which are gone then (librarians)",
        request=MergeIn,
        responses={200: PublisherOut},
        examples=[EXAMPLE],
        tags=["catalogue"],
    )
    @may_refuse(services.NothingToMerge, NotFound)
    def post(self, request: Request, pk: int) -> Response:
        self.merged(request, pk, services.merge_publishers)
        return Response(name_counts.name(Publisher, pk=pk))
