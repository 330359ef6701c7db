"""The pipeline for LangGraph's tools; `langgraph.json` points here."""

from backend_architect.graph import build_graph

graph = build_graph()
