import type { PlainTable } from "../measure/print-table.ts";
import { toCause } from "./excused.ts";
import { type SoakReport, toFigure } from "./run-soak.ts";

/** A report as tables: answers by kind, errors by cause, memory and descriptors. */
export const toTables = (report: SoakReport): readonly PlainTable[] => {
  const { seconds, faults, cores, calls, told, wrong, trends } = report;
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  const [before, after] = report.descriptorsAtRest;
  return [
    {
      title:
        `${Math.round(seconds / 6) / 10} minutes: ${sent} requests, ${Math.round((sent / seconds) * 10) / 10} a second; ` +
        `${faults} faults, ${wrong.length} wrong answers, ${cores} cores used`,
      columns: ["request", "sent", "right", "errors that a fault explains"],
      rows: calls.map((call) => [call.name, call.sent, call.right, call.excused]),
    },
    {
      title: "Errors, and the faults that explain them",
      columns: ["error", "times", "cause"],
      rows: told.map(([kind, times]) => [kind, times, toCause(kind)]),
    },
    {
      title: "Memory and descriptors",
      columns: ["measure", "first", "median once warm", "most", "growth by slope", "allowed", ""],
      rows: [
        ...trends.map((trend) => [
          trend.name,
          ...[trend.first, trend.median, trend.max, trend.growth, trend.room].map((value) =>
            toFigure(trend.name, value),
          ),
          trend.verdict,
        ]),
        ["descriptors at rest", before, after, "", "", "", ""],
      ],
    },
  ];
};
