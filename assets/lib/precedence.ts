import cytoscape, { type Core, type ElementDefinition } from "cytoscape";
import dagre from "cytoscape-dagre";
import edgehandles from "cytoscape-edgehandles";

cytoscape.use(dagre);
cytoscape.use(edgehandles);

export interface GraphData {
  nodes: { id: string | number; number: string; label: string; url?: string; problem?: string }[];
  edges: GraphEdge[];
}
export interface GraphEdge {
  source: string | number;
  target: string | number;
  kind: string; // "precedes", or "loop" for a declared rework loop
  maximum?: number | null; // how often a loop may be run
}
/** Below this zoom the names in the boxes are smaller than 10 px. */
const READABLE = 0.8;

interface Options {
  editable: boolean;
  changed: () => void;
  opened: (url: string) => void;
}
interface EdgeHandles {
  enableDrawMode(): void;
  disableDrawMode(): void;
}

/** The routing graph on a canvas. Cytoscape wants its own style sheet in the page: base.html has an element of that id. */
export class PrecedenceGraph {
  private readonly core: Core;
  private readonly handles?: EdgeHandles;
  private linking = false;

  constructor(element: HTMLElement, private readonly options: Options) {
    this.core = cytoscape({ container: element, style: styles(element), wheelSensitivity: 0.3, maxZoom: 2, minZoom: 0.2, boxSelectionEnabled: false });
    this.core.on("tap", "node", (event) => this.open(event.target.data("url")));
    if (!options.editable) return;
    this.handles = (this.core as unknown as { edgehandles: (options: object) => EdgeHandles }).edgehandles({
      canConnect: (source: cytoscape.NodeSingular, target: cytoscape.NodeSingular) => !source.same(target) && source.edgesTo(target).empty(),
      edgeParams: () => ({ data: { kind: "precedes" } }),
      snap: true,
    });
    this.core.on("ehcomplete", () => this.options.changed());
  }

  private open(url?: string): void {
    if (url && !this.linking) this.options.opened(url);
  }

  show(data: GraphData): void {
    const elements: ElementDefinition[] = [
      ...data.nodes.map((node) => ({ data: { ...node, id: String(node.id), text: `${node.number}\n${node.label}`, short: 24 + 9 * node.number.length }, classes: node.problem ? "problem" : "" })),
      ...data.edges.map((edge) => ({ data: { ...edge, id: `${edge.source}-${edge.target}-${edge.kind}`, source: String(edge.source), target: String(edge.target), text: edge.maximum ? `≤ ${edge.maximum}×` : "" }, classes: edge.source === edge.target ? "self" : "" })),
    ];
    this.core.elements().remove();
    this.core.add(elements);
    this.arrange(false);
    if (this.core.zoom() < READABLE) this.arrange(true);
  }

  /** Names in the boxes where they can be read; else the numbers alone, in large, and the list beside says the names. */
  private arrange(small: boolean): void {
    this.core.nodes().toggleClass("small", small);
    const forward = this.core.elements().not('edge[kind = "loop"]');
    forward.layout({ name: "dagre", rankDir: "LR", nodeSep: small ? 18 : 28, rankSep: small ? 30 : 44, animate: false } as cytoscape.LayoutOptions).run();
    this.fit();
  }

  /** Mark the operation that is open beside the drawing. */
  choose(id: string): void {
    this.core.nodes().removeClass("open");
    this.core.getElementById(id).addClass("open");
  }

  edges(): GraphEdge[] {
    return this.core.edges().map((edge) => ({ source: edge.data("source"), target: edge.data("target"), kind: edge.data("kind") ?? "precedes" }));
  }

  toggleLinking(): boolean {
    this.linking = !this.linking;
    if (this.linking) this.handles?.enableDrawMode();
    else this.handles?.disableDrawMode();
    return this.linking;
  }

  removeSelected(): void {
    const chosen = this.core.$("edge:selected");
    if (chosen.empty()) return;
    chosen.remove();
    this.options.changed();
  }

  fit(): void {
    this.core.resize();
    this.core.fit(undefined, 16);
    if (this.core.zoom() > 1.1) this.core.zoom(1.1), this.core.center();
  }

  destroy(): void {
    this.core.destroy();
  }
}

function styles(element: HTMLElement): cytoscape.StylesheetJson {
  const read = (name: string): string => resolved(element, `var(${name})`);
  const font = getComputedStyle(element).fontFamily;
  return [
    { selector: "node", style: { shape: "round-rectangle", width: 168, height: 54, "background-color": read("--ar-surface"), "border-color": read("--ar-line-strong"), "border-width": 1.5, label: "data(text)", "text-wrap": "wrap", "text-max-width": "154px", "text-valign": "center", "text-halign": "center", color: read("--ar-ink"), "font-family": font, "font-size": 12.5, "line-height": 1.25 } },
    { selector: "node.small", style: { width: "data(short)", height: 36, label: "data(number)", "font-size": 15, "font-weight": 600 } },
    { selector: "node:selected", style: { "border-color": read("--ar-accent"), "border-width": 3, "background-color": read("--ar-accent-tint") } },
    { selector: "node.problem", style: { "border-color": read("--ar-bad"), "border-width": 2.5, "border-style": "dashed", "background-color": read("--ar-bad-tint") } },
    { selector: "edge", style: { width: 2, "line-color": read("--ar-line-strong"), "target-arrow-color": read("--ar-line-strong"), "target-arrow-shape": "triangle", "curve-style": "bezier" } },
    { selector: 'edge[kind = "loop"]', style: { "line-style": "dashed", "line-color": read("--ar-warn"), "target-arrow-color": read("--ar-warn"), "curve-style": "unbundled-bezier", "control-point-distances": [70], "control-point-weights": [0.5] } },
    { selector: 'edge[text]', style: { label: "data(text)", color: read("--ar-ink-2"), "font-family": font, "font-size": 11, "text-margin-y": -8 } },
    { selector: "edge.self", style: { "curve-style": "bezier", "loop-direction": "0deg", "loop-sweep": "60deg", "control-point-step-size": 46 } },
    { selector: "node.open", style: { "border-color": read("--ar-accent"), "border-width": 3, "background-color": read("--ar-accent-tint") } },
    { selector: "edge:selected", style: { "line-color": read("--ar-accent"), "target-arrow-color": read("--ar-accent"), width: 3.5 } },
    { selector: ".eh-preview, .eh-ghost-edge", style: { "line-color": read("--ar-accent"), "target-arrow-color": read("--ar-accent"), "line-style": "dashed" } },
    { selector: ".eh-source, .eh-target", style: { "border-color": read("--ar-accent"), "border-width": 3 } },
  ] as cytoscape.StylesheetJson;
}

/** A canvas knows no light-dark(): ask the browser what the colour is now. */
function resolved(element: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
