"""What schemathesis has to know beyond the document: files that are pictures, texts that are JSON, and lists that fit their forms.

A random string is no picture, a random list draws pictures that are not there, and a random URL leads to none. Without these, every request
would end at the first look at it.
"""

import json

import schemathesis
from hypothesis import strategies as st
from jsonschema_rs import Draft202012
from samples import png
from schemathesis.generation.jsonschema.builder import build

# Most files are pictures; some are cut off, and some are none.
sides = st.integers(1, 40)
pictures = st.builds(png, sides, sides, st.integers(0, 255))
cut = st.builds(lambda file, length: file[:length], pictures, st.integers(0, 60))
schemathesis.openapi.format("binary", st.one_of(pictures, pictures, pictures, cut, st.binary(max_size=64)))


hex_colors = st.from_regex(r"#([0-9a-f]{3,4}|[0-9A-F]{6}|[0-9a-f]{8})", fullmatch=True)
colors = st.one_of(hex_colors, st.sampled_from(["gold", "transparent", "rgb(1 2 3 / 40%)", "hsl(120deg 50% 50%)"]))
schemathesis.openapi.format("color", colors)


def resolved(schema, root):
    """Returns a schema with everything that it refers to in its place."""
    if isinstance(schema, list):
        return [resolved(entry, root) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" not in schema:
        return {key: resolved(value, root) for key, value in schema.items()}
    target = root
    for key in schema["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return resolved(target, root)


# Sources of image URLs, as paths: one that check.py makes, and one that is not there.
SOURCES = ["lake.png", "lake.png", "lake.png", "none.png"]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Gives every text that is JSON a format of its own: texts that follow the schema of their content. Names sources that are there."""
    for path in raw_schema["paths"].values():
        for parameter in path.get("get", {}).get("parameters", []):
            if parameter["name"] in ("source", "url"):
                parameter["schema"]["enum"] = SOURCES if parameter["name"] == "source" else [f"/{source}" for source in SOURCES]

    # A font that the server has; others would be looked for in the network.
    font = raw_schema["components"]["schemas"]["Text"]["properties"]["font"]
    font["properties"]["url"]["enum"] = ["font:DejaVu Sans"]

    def visit(value):
        if isinstance(value, dict):
            if "contentSchema" in value:
                content = value["contentSchema"]
                value["format"] = "json-" + content["$ref"].rsplit("/", 1)[-1]
                texts = build(resolved(content, raw_schema), draft=Draft202012, formats={"color": colors}).map(json.dumps)
                schemathesis.openapi.format(value["format"], texts)
            value = list(value.values())
        if isinstance(value, list):
            for entry in value:
                visit(entry)

    visit(raw_schema)


@schemathesis.hook
def map_body(context, body):
    """Makes the list of a form one that fits it: every picture is drawn once, on the canvas, after what is done to it."""
    if not isinstance(body, dict) or not isinstance(body.get("transforms"), str):
        return body
    try:
        steps = json.loads(body["transforms"])
        drawn = len(body.get("draw_image", [])) + len(body.get("draw_text", []))
    except (TypeError, ValueError):
        return body
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return body
    transforms = [{**step, "imageIndex": step["imageIndex"] % (drawn + 1)} for step in steps if "imageIndex" in step]
    draws = [step for step in steps if "drawImageIndex" in step][:drawn]
    draws += [{}] * (drawn - len(draws))
    drawing = [{**step, "drawImageIndex": index + 1, "targetImageIndex": 0} for index, step in enumerate(draws)]
    children = [step for step in transforms if step["imageIndex"]]
    canvas = [step for step in transforms if not step["imageIndex"]]
    return {**body, "transforms": json.dumps(children + drawing + canvas)}
