"""The pipeline: wiring only, no logic."""

from __future__ import annotations

from functools import cache

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from backend_architect.nodes.architecture import architecture, groups
from backend_architect.nodes.ingest import ingest
from backend_architect.nodes.layers import layers
from backend_architect.nodes.planning import planning
from backend_architect.nodes.qa import qa
from backend_architect.nodes.repair import after_qa, repair
from backend_architect.nodes.requirements import requirements
from backend_architect.nodes.write import write
from backend_architect.state import Context, Input, Output, State


@cache
def build_graph() -> CompiledStateGraph[State, Context, Input, Output]:
    """Return the compiled graph, the same for all runs of a process. It has no checkpointer: a LangGraph server brings its own."""
    graph = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    graph.add_node("ingest", ingest)
    graph.add_node("requirements", requirements)
    graph.add_node("architecture", architecture)
    graph.add_node("layers", layers)
    graph.add_node("planning", planning)
    graph.add_node("qa", qa)
    graph.add_node("repair", repair)
    graph.add_node("write", write)

    graph.add_edge(START, "ingest")
    graph.add_edge("ingest", "requirements")
    graph.add_edge("requirements", "architecture")
    graph.add_conditional_edges("architecture", groups, ["layers", "planning"])
    graph.add_edge("layers", "planning")
    graph.add_edge("planning", "qa")
    graph.add_conditional_edges("qa", after_qa, ["repair", "write"])
    graph.add_edge("repair", "qa")
    graph.add_edge("write", END)
    return graph.compile(name="backend-architect")
