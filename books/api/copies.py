"""The copies of a book, for librarians."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from books import queries, services
from books.serializers import CopyChangeIn, CopyIn, CopyOut
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse


class CopyList(APIView):
    permission_classes = [IsLibrarian]

    @extend_schema(
        operation_id="copies_list",
        summary="Every copy of a book (librarians)",
        responses={200: CopyOut(many=True)},
        filters=False,
        tags=["copies"],
    )
    def get(self, _request: Request, pk: int) -> Response:
        return Response(queries.copies_of(book_id=pk))

    @extend_schema(
        operation_id="copies_create",
        summary="Put a new copy on the shelf (librarians)",
        request=CopyIn,
        responses={201: CopyOut},
        examples=[OpenApiExample("the next number", {}, request_only=True)],
        tags=["copies"],
    )
    def post(self, request: Request, pk: int) -> Response:
        given = CopyIn(data=request.data)
        given.is_valid(raise_exception=True)
        copy = services.add_copy(book_id=pk, barcode=given.validated_data["barcode"])
        return Response(queries.copy_detail(copy_id=copy.pk), status=201)


class CopyDetail(APIView):
    permission_classes = [IsLibrarian]

    @extend_schema(
        operation_id="copies_update",
        summary="Give a copy another barcode, take it off the shelf or put it back (librarians)",
        request=CopyChangeIn,
        responses={200: CopyOut},
        examples=[OpenApiExample("in repair", {"status": "unavailable", "reason": "in_repair"}, request_only=True)],
        tags=["copies"],
    )
    @may_refuse(services.CopyNotFound, services.CopyInUse)
    def patch(self, request: Request, pk: int) -> Response:
        given = CopyChangeIn(data=request.data)
        given.is_valid(raise_exception=True)
        services.change_copy(copy_id=pk, **given.validated_data)
        return Response(queries.copy_detail(copy_id=pk))

    @extend_schema(
        operation_id="copies_delete",
        summary="Delete a copy, or withdraw one that was lent (librarians)",
        responses={204: None},
        tags=["copies"],
    )
    @may_refuse(services.CopyNotFound, services.CopyInUse)
    def delete(self, _request: Request, pk: int) -> Response:
        services.remove_copy(copy_id=pk)
        return Response(status=204)
