"""What a compose file says of builds, as a text that is the same where they are."""

import json

import yaml

PLACES = frozenset({"context"})  # The environment's own tree, wherever that is.


def how_it_builds(text: str, prefix: str) -> str:
    """Return the ``build`` sections of a file, without what differs by environment.

    Args:
        text: the file as it was written; variables stay variables.
        prefix: what the environment's own variables begin with, such as ``PREPROD_``.
    """
    try:
        document = yaml.load(text, Loader=_AnyTag)
        services = document["services"].values()
        builds = [service["build"] for service in services if "build" in service]
        told = [_plain(build) for build in builds]
        return json.dumps(told, sort_keys=True, default=str).replace(prefix, "")
    except (yaml.YAMLError, AttributeError, TypeError, KeyError):
        return text  # It will not build at all; nobody's image is its own.


def _plain(build: object) -> object:
    if not isinstance(build, dict):
        return None  # Only a context.
    return {key: value for key, value in build.items() if key not in PLACES}


class _AnyTag(yaml.SafeLoader):
    """Reads Compose's own tags, ``!reset`` and ``!override``, as what they mark."""


def _unmarked(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_AnyTag.add_multi_constructor("!", _unmarked)
