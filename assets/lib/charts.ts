import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

/** Draws on canvas with a rich-text tooltip: the HTML one breaks a strict content policy. */
export function draw(element: HTMLElement, option: EChartsCoreOption): () => void {
  const chart = init(element, null, { renderer: "canvas" });
  const style = getComputedStyle(element);
  chart.setOption({
    textStyle: { fontFamily: style.fontFamily, color: style.color },
    grid: { left: 48, right: 16, top: 24, bottom: 32 },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    ...option,
    tooltip: { trigger: "axis", ...(option.tooltip as object | undefined), renderMode: "richText" },
  });
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(element);
  return () => {
    watch.disconnect();
    chart.dispose();
  };
}
