"""The kernel holds what several packages use: a module enters with its second user and leaves with the last but one."""

from functools import cache

import grimp

KERNEL = "services.kernel"
# Modules with fewer than two users that stay all the same, and why.
EXCEPTIONS = {
    "services.kernel.background.worker": "does the work of all services that store, which hand it over as data",
    "services.kernel.data.advisory_locks": "belongs to the worker: which of several workers runs a periodic task",
    "services.kernel.background.upstream": "is how a service calls another; the gateway has a client of its own, with a"
    " deadline and a breaker",
}


@cache
def users() -> dict[str, set[str]]:
    """By module of the kernel: the packages that use it, themselves or through other modules of the kernel."""
    graph = grimp.build_graph("services", cache_dir=None)
    return {module: _users_of(module, graph) for module in graph.find_descendants(KERNEL)}


def _users_of(module: str, graph: grimp.ImportGraph) -> set[str]:
    seen, waiting = {module}, [module]
    while waiting:
        fresh = graph.find_modules_that_directly_import(waiting.pop()) - seen
        seen |= fresh
        waiting += [name for name in fresh if name.startswith(f"{KERNEL}.")]
    return {name.split(".")[1] for name in seen} - {"kernel"}


def is_package(module: str) -> bool:
    return any(other.startswith(f"{module}.") for other in users())


def test_every_module_of_the_kernel_has_two_users():
    lonely = {module: found for module, found in users().items() if len(found) < 2 and not is_package(module)}
    assert {module: found for module, found in lonely.items() if module not in EXCEPTIONS} == {}
    assert set(lonely) == set(EXCEPTIONS), "an exception that nothing needs any more"


def test_the_users_of_a_module_are_found():
    assert users()["services.kernel.web.errors"] >= {"registry", "events", "feedback", "gateway"}
