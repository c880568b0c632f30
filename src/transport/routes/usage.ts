import { setImmediate } from "node:timers/promises";
import type { Clock, EpochSeconds } from "../../core/clock.ts";
import { mapPaced } from "../../core/pace.ts";
import type { UsageBudget, UsageLog } from "../../core/usage.ts";
import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { renderUsagePage, renderUsageSignedOut } from "../../web/usage-page.ts";
import { readAccounts } from "../accounts.ts";
import { isWithinReach, readUsageReach } from "../own-usage.ts";
import type { People, SignedInPerson } from "../person-session.ts";
import { pageResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";
import {
  type AccountUsage,
  choosePlaces,
  listPlaces,
  toPlaceChoice,
  toUsageCard,
} from "../usage-places.ts";
import { toSpanStart } from "../usage-slots.ts";

/** What the usage page works with. */
export interface UsageRouteDeps {
  readonly usage: Pick<UsageLog, "read">;
  readonly authorization: Pick<AuthorizationServer, "listGrantsOfPerson">;
  readonly upstream: Upstream;
  readonly people: People;
  readonly clock: Pick<Clock, "nowSeconds">;
  readonly sandbox: boolean;
  /** What this process knows of the wanted budgets at GoHighLevel. */
  rateBudgets(isWanted: IsWantedBudget): readonly UsageBudget[];
}

/** Says of a budget whether it is one of those asked for; thousands may be known. */
export type IsWantedBudget = (budget: Pick<UsageBudget, "kind" | "id">) => boolean;

const toKey = ({ kind, id }: Pick<UsageBudget, "kind" | "id">): string => `${kind}:${id}`;

/** Accounts whose records one request reads; whoever has more sees the newest. */
const MOST_ACCOUNTS = 20;
const READ_AT_ONCE = 1;

/** `/usage`: calls and what is left of the rate budgets, of the accounts of this browser's person. */
export const createUsageRoute =
  (deps: UsageRouteDeps): RouteHandler =>
  async ({ cookies, query }) => {
    const { clock, sandbox } = deps;
    const person = await deps.people.find(cookies);
    if (person === undefined) return pageResponse(200, renderUsageSignedOut({ sandbox }));
    const now = clock.nowSeconds();
    const span = query.get("span") === "month" ? "month" : "day";
    const place = query.get("place") ?? "";
    const since = toSpanStart(span, now);
    const accounts = await readUsage(deps, person, { since, by: span === "day" ? "hour" : "day" });
    await setImmediate();
    const places = accounts.flatMap(listPlaces);
    await setImmediate();
    const { shown, more } = choosePlaces(places, place);
    const wanted = new Set(shown.flatMap(({ budgetOf }) => (budgetOf ? [toKey(budgetOf)] : [])));
    const budgets = deps.rateBudgets((budget) => wanted.has(toKey(budget)));
    const cards = shown.map((one) => toUsageCard(one, { span, now, budgets }));
    await setImmediate();
    const page = await renderUsagePage({
      sandbox,
      span,
      place,
      more,
      cards,
      places: places.map(toPlaceChoice),
      hasAccounts: accounts.length > 0,
    });
    await setImmediate();
    return pageResponse(200, page);
  };

const readUsage = async (
  deps: UsageRouteDeps,
  person: SignedInPerson,
  { since, by }: { readonly since: EpochSeconds; readonly by: "hour" | "day" },
): Promise<readonly AccountUsage[]> => {
  const grants = await deps.authorization.listGrantsOfPerson(person.subject);
  const reach = readUsageReach(person.connectionIds, grants);
  const ids = [...reach.keys()].slice(0, MOST_ACCOUNTS);
  const accounts = await readAccounts(deps.upstream, ids);
  return mapPaced(accounts, READ_AT_ONCE, async (account): Promise<AccountUsage> => {
    const { id } = account.connection;
    // What is not in the map is nobody's to see.
    const own = reach.get(id) ?? new Set();
    const rows = await deps.usage.read(id, since, by);
    return {
      account,
      reach: own,
      rows: rows.filter((row) => row.hour >= since && isWithinReach(row, own)),
    };
  });
};
