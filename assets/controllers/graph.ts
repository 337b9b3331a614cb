import { Controller } from "@hotwired/stimulus";
import type { PrecedenceGraph } from "../lib/precedence";

/**
 * Draws the precedence of operations from a JSON address and adds or removes links.
 * GET url → {nodes: [{id, number, label, url?, state?, problem?}], edges: [{source, target, kind}]} with an ETag;
 * PUT url with If-Match → {edges: [...]}; 412 when another engineer was first, 409/422 with {reason} when refused.
 */
export default class GraphController extends Controller<HTMLElement> {
  static override targets = ["canvas", "message", "tools", "link"];
  static override values = { url: String, editable: Boolean, stale: String, saved: String };
  declare readonly canvasTarget: HTMLElement;
  declare readonly messageTarget: HTMLElement;
  declare readonly hasToolsTarget: boolean;
  declare readonly toolsTarget: HTMLElement;
  declare readonly hasLinkTarget: boolean;
  declare readonly linkTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly editableValue: boolean;
  declare readonly staleValue: string;
  declare readonly savedValue: string;
  private graph?: PrecedenceGraph;
  private etag = "";

  override async connect(): Promise<void> {
    this.canvasTarget.hidden = false;
    if (this.hasToolsTarget) this.toolsTarget.hidden = false;
    const { PrecedenceGraph } = await import("../lib/precedence");
    this.graph = new PrecedenceGraph(this.canvasTarget, { editable: this.editableValue, changed: () => this.save(), opened: (url) => this.open(url) });
    await this.load();
  }

  override disconnect(): void {
    this.graph?.destroy();
  }

  /** Also an action, for a page whose other parts change what is drawn. */
  async load(): Promise<void> {
    const answer = await fetch(this.urlValue, { headers: { Accept: "application/json" }, cache: "no-store" });
    this.etag = answer.headers.get("ETag") ?? "";
    if (answer.ok) this.graph?.show(await answer.json());
    this.choose();
  }

  /** The page says what is open in a field of this id. */
  choose(): void {
    const opened = document.getElementById("opened") as HTMLInputElement | null;
    if (opened) this.graph?.choose(opened.value);
  }

  private async save(): Promise<void> {
    if (!this.graph) return;
    const answer = await fetch(this.urlValue, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "If-Match": this.etag, "X-CSRFToken": document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "" },
      body: JSON.stringify({ edges: this.graph.edges() }),
    });
    if (answer.ok) {
      this.etag = answer.headers.get("ETag") ?? this.etag;
      document.dispatchEvent(new CustomEvent("graph-saved"));
      return this.say(this.savedValue, "good");
    }
    const problem = (await answer.json().catch(() => ({}))) as { title?: string; reason?: string };
    const said = problem.title ?? problem.reason ?? answer.statusText;
    this.say(answer.status === 412 ? `${said} ${this.staleValue}` : said, "bad");
    await this.load();
  }

  private say(text: string, tone: string): void {
    this.messageTarget.textContent = text;
    this.messageTarget.dataset.tone = tone;
    this.messageTarget.hidden = false;
  }

  /** As the link of the list does it, when there is one: the page stays. */
  private open(url: string): void {
    const link = [...document.querySelectorAll<HTMLAnchorElement>("a[hx-get]")].find((one) => one.getAttribute("hx-get") === url);
    if (link) link.click();
    else location.assign(url);
  }

  link(event: Event): void {
    const on = this.graph?.toggleLinking() ?? false;
    (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(on));
  }

  remove(): void {
    this.graph?.removeSelected();
  }

  fit(): void {
    this.graph?.fit();
  }
}
