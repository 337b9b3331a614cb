import { Controller } from "@hotwired/stimulus";

/** A chart from the JSON beside it (Django's json_script): ECharts options, drawn on canvas. The table stays below. */
export default class ChartController extends Controller<HTMLElement> {
  static override targets = ["canvas"];
  declare readonly canvasTarget: HTMLElement;
  private stop?: () => void;

  override async connect(): Promise<void> {
    const { draw } = await import("../lib/charts");
    this.stop = draw(this.canvasTarget, JSON.parse(this.element.querySelector('script[type="application/json"]')?.textContent ?? "{}"));
  }

  override disconnect(): void {
    this.stop?.();
  }
}
