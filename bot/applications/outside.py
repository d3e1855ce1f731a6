"""The reports that other systems may send by Open311, made from the same definitions that residents fill in.

A definition with an `open311` part is a service: team, promise, next step and the words of its questions are those of the
application, so that a case is the same however it came. Kinds of case that are no application stand in open311.yml.
"""

from collections.abc import Callable, Mapping, Sequence

from bot.applications.model import Definition, Field, FieldType, Public
from bot.cases.open311.model import Attribute, PublicServices, Service

DATATYPES = {
    FieldType.CHOICE: "singlevaluelist",
    FieldType.YES_NO: "singlevaluelist",
    FieldType.SEVERAL: "multivaluelist",
    FieldType.DATE: "datetime",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "number",
}
YES_OR_NO = {"yes": "Yes", "no": "No"}


class OpenApplications:
    """The services of every council: its applications that are open to other systems, then those of open311.yml."""

    def __init__(self, all_of: Callable[[str], Mapping[str, Definition]], others: PublicServices) -> None:
        self._all_of = all_of
        self._others = others

    def services(self, council: str) -> Sequence[Service]:
        """The services of a council, in the order in which they are listed."""
        found = [service_of(one, one.public) for one in self._all_of(council).values() if one.public]
        codes = {service.code for service in found}
        return [*found, *(one for one in self._others.services(council) if one.code not in codes)]


def service_of(definition: Definition, public: Public) -> Service:
    """The service of a definition that is open to other systems."""
    fields = [field for name in public.asks if (field := definition.field(name))]
    return Service(
        code=definition.id,
        name=public.name,
        description=public.description,
        kind=definition.id,
        team=definition.team,
        promise_days=definition.promise_days,
        next_step=" ".join(definition.next),
        group=public.group,
        keywords=public.keywords,
        attributes=tuple(_attribute(field, required=field.name in public.needs) for field in fields),
    )


def _attribute(field: Field, *, required: bool) -> Attribute:
    is_text = field.type == FieldType.TEXT and field.long
    return Attribute(
        code=field.name,
        description=field.ask,
        datatype=DATATYPES.get(field.type, "text" if is_text else "string"),
        required=required,
        help=field.hint,
        values=_values(field),
    )


def _values(field: Field) -> dict[str, str]:
    if field.type == FieldType.YES_NO:
        return YES_OR_NO
    if field.type not in (FieldType.CHOICE, FieldType.SEVERAL):
        return {}
    return {option.value: option.label for option in field.options if option.value != "none"}
