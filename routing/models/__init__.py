from .cards import ProcessCard
from .library import ParameterDefinition
from .materials import IntermediateMade, MaterialUse
from .operations import Operation, OperationLink
from .revisions import RoutingRevision
from .steps import OperationParameter, Step

__all__ = [
    "IntermediateMade",
    "MaterialUse",
    "Operation",
    "OperationLink",
    "OperationParameter",
    "ParameterDefinition",
    "ProcessCard",
    "RoutingRevision",
    "Step",
]
