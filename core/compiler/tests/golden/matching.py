def match(value):
    match value:
        case 0 | None:
            return 'nothing'
        case [first, *rest] if first:
            return rest
        case {'key': Point(x=0) as point, **others}:
            return point, others
        case _:
            return value
