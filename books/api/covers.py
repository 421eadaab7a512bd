"""A book's own cover picture, for librarians."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from books import queries, services
from books.api.answers import book_response
from books.covers.pictures import NotAPicture, cover_picture
from books.serializers import BookDetailOut, CoverIn
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse


class BookCover(APIView):
    permission_classes = [IsLibrarian]
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="books_set_cover",
        summary="Send a cover picture, which takes the place of the one there is (librarians)",
        request={"multipart/form-data": CoverIn},
        responses={200: BookDetailOut},
        tags=["books"],
    )
    @may_refuse(queries.BookNotFound, NotAPicture)
    def put(self, request: Request, pk: int) -> HttpResponse:
        queries.book_version(book_id=pk)
        given = CoverIn(data=request.data)
        given.is_valid(raise_exception=True)
        picture = cover_picture(given.validated_data["picture"])
        services.set_cover_picture(book_id=pk, picture=picture, now=timezone.now())
        return book_response(pk)

    @extend_schema(
        operation_id="books_remove_cover",
        summary="Take the cover picture away: the drawn cover is back (librarians)",
        request=None,
        responses={204: None},
        tags=["books"],
    )
    @may_refuse(queries.BookNotFound)
    def delete(self, _request: Request, pk: int) -> Response:
        services.remove_cover_picture(book_id=pk, now=timezone.now())
        return Response(status=204)
