import { Controller } from "@hotwired/stimulus";
import Sortable from "sortablejs";

/** Drag to reorder. The up and down buttons are plain forms and stay; this posts the new order of `data-id`s. */
export default class ReorderController extends Controller<HTMLElement> {
  static override values = { url: String, field: { type: String, default: "order" } };
  declare readonly urlValue: string;
  declare readonly fieldValue: string;
  private sortable?: Sortable;

  override connect(): void {
    this.sortable = Sortable.create(this.element, { handle: ".ar-grip", animation: 120, dataIdAttr: "data-id", onEnd: () => this.send() });
  }

  override disconnect(): void {
    this.sortable?.destroy();
  }

  private send(): void {
    const form = document.createElement("form");
    form.method = "post";
    form.action = this.urlValue;
    form.hidden = true;
    const add = (name: string, value: string): void => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    };
    add("csrfmiddlewaretoken", document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "");
    for (const id of this.sortable?.toArray() ?? []) add(this.fieldValue, id);
    document.body.append(form);
    form.requestSubmit();
  }
}
