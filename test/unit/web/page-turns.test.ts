import { expect, it } from "vitest";
import { renderConnectionsPage } from "../../../src/web/connections-page.ts";
import { renderUsagePage } from "../../../src/web/usage-page.ts";
import { countTurns } from "../../support/count-turns.ts";
import { connection, connections, slots, usage } from "./fixtures.ts";

const MANY = 2000;
const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  connections: () =>
    renderConnectionsPage({
      ...connections,
      connections: Array.from({ length: MANY }, () => connection),
    }),
  usage: () =>
    renderUsagePage({
      ...usage,
      cards: Array.from({ length: MANY }, (_, index) => ({
        name: `account ${index}`,
        slots,
        budget: undefined,
      })),
    }),
};

it.each(Object.entries(PAGES))(
  "lets the event loop go on between the cards of the %s page",
  async (_name, render) => {
    const turns = countTurns();
    const page = await render();
    expect(turns.stop()).toBeGreaterThan(1);
    expect(page.match(/<h2>/gu)).toHaveLength(MANY);
  },
);
