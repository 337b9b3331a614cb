import { Controller } from "@hotwired/stimulus";

/** A place to drop files on; lists each with its size and SHA-256, computed here, so that people can compare. */
export default class DropController extends Controller<HTMLElement> {
  static override targets = ["input", "list"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;

  over(event: DragEvent): void {
    event.preventDefault();
    this.element.dataset.over = "";
  }

  out(): void {
    delete this.element.dataset.over;
  }

  drop(event: DragEvent): void {
    event.preventDefault();
    this.out();
    if (!event.dataTransfer?.files.length) return;
    this.inputTarget.files = event.dataTransfer.files;
    this.inputTarget.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async list(): Promise<void> {
    this.listTarget.replaceChildren();
    for (const file of this.inputTarget.files ?? []) {
      const row = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = file.name;
      const size = document.createElement("span");
      size.textContent = `${new Intl.NumberFormat(document.documentElement.lang).format(Math.ceil(file.size / 1024))} KB`;
      const hash = document.createElement("span");
      hash.className = "ar-code";
      row.append(name, size, hash);
      this.listTarget.append(row);
      if (!crypto.subtle || file.size > 50 * 1024 * 1024) continue;
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      hash.textContent = `SHA-256 ${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16)}…`;
    }
  }
}
