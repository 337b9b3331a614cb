import { Application } from "@hotwired/stimulus";
import AutosubmitController from "../controllers/autosubmit";
import ChartController from "../controllers/chart";
import ConnectionController from "../controllers/connection";
import CopyController from "../controllers/copy";
import DeviceController from "../controllers/device";
import DropController from "../controllers/drop";
import GraphController from "../controllers/graph";
import GuardController from "../controllers/guard";
import IdleController from "../controllers/idle";
import KeypadController from "../controllers/keypad";
import MenuController from "../controllers/menu";
import ReorderController from "../controllers/reorder";
import RoutingController from "../controllers/routing";
import RowController from "../controllers/row";
import ScanController from "../controllers/scan";
import SheetController from "../controllers/sheet";
import StrayController from "../controllers/stray";
import ThemeController from "../controllers/theme";
import { settle } from "./drafts";
import { pausePolling } from "./polling";
import { keepSideOpen } from "./side";

/** Every surface has every controller; what is heavy (graph, charts, camera) loads itself when its element is there. */
export function start(): void {
  settle();
  const application = Application.start();
  application.register("autosubmit", AutosubmitController);
  application.register("chart", ChartController);
  application.register("connection", ConnectionController);
  application.register("copy", CopyController);
  application.register("device", DeviceController);
  application.register("drop", DropController);
  application.register("graph", GraphController);
  application.register("guard", GuardController);
  application.register("idle", IdleController);
  application.register("keypad", KeypadController);
  application.register("menu", MenuController);
  application.register("reorder", ReorderController);
  application.register("routing", RoutingController);
  application.register("row", RowController);
  application.register("scan", ScanController);
  application.register("sheet", SheetController);
  application.register("stray", StrayController);
  application.register("theme", ThemeController);
  pausePolling();
  keepSideOpen();
}
