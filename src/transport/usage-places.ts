import type { EpochSeconds } from "../core/clock.ts";
import type { LocationId } from "../core/ids.ts";
import { countCalls, type UsageBudget, type UsageRow } from "../core/usage.ts";
import type { Choice } from "../web/fragments.ts";
import type { UsageCard, UsageSpan } from "../web/usage-card.ts";
import type { Account } from "./accounts.ts";
import type { UsageReach } from "./own-usage.ts";
import { toUsageSlots } from "./usage-slots.ts";

/** An account with the rows of it that the person may see. */
export interface AccountUsage {
  readonly account: Account;
  readonly reach: UsageReach;
  readonly rows: readonly UsageRow[];
}

/** One thing that usage is shown of: an account, the agency as a whole, or a location. */
export interface UsagePlace {
  /** As the address of the page has it. */
  readonly value: string;
  readonly name: string;
  /** The account of a location whose account has another name. */
  readonly account?: string;
  readonly rows: readonly UsageRow[];
  readonly calls: number;
  /** Whose budget is shown with it. */
  readonly budgetOf?: Pick<UsageBudget, "kind" | "id">;
}

/** The places of an account: the account itself, and of an agency its locations, most calls first. */
export const listPlaces = (usage: AccountUsage): readonly UsagePlace[] => {
  const { account, reach, rows } = usage;
  const { connection, name } = account;
  if (connection.kind !== "company") {
    const { locationId } = connection;
    const budgetOf = locationId && ({ kind: "location", id: locationId } as const);
    return [toPlace(connection.id, { name, rows, ...(budgetOf && { budgetOf }) })];
  }
  const byLocation = Map.groupBy(rows, ({ locationId }) => locationId);
  const names = new Map(account.locations.map((location) => [location.id, location.name]));
  const own = byLocation.get(undefined) ?? [];
  const locations = listLocationIds(usage)
    .map((id) =>
      toPlace(`${connection.id}/${id}`, {
        name: names.get(id) ?? id,
        account: name,
        rows: byLocation.get(id) ?? [],
        budgetOf: { kind: "location", id },
      }),
    )
    .toSorted((one, other) => other.calls - one.calls);
  const whole = reach === "all" ? [toPlace(connection.id, { name: upperFirst(name), rows })] : [];
  const agency = toPlace(`${connection.id}/`, {
    name: "The agency itself",
    account: name,
    rows: own,
    budgetOf: { kind: "company", id: connection.id },
  });
  return [...whole, ...(own.length > 0 ? [agency] : []), ...locations];
};

/** Locations with calls, also those that are gone, and the others that the person reaches. */
const listLocationIds = ({ account, reach, rows }: AccountUsage): readonly LocationId[] => {
  const used = rows.flatMap(({ locationId }) => locationId ?? []);
  const known = account.locations.map(({ id }) => id);
  const reached = reach === "all" ? known : known.filter((id) => reach.has(id));
  return [...new Set([...used, ...reached])];
};

const toPlace = (value: string, place: Omit<UsagePlace, "value" | "calls">): UsagePlace => ({
  ...place,
  value,
  calls: place.rows.reduce((sum, { counts }) => sum + countCalls(counts), 0),
});

const upperFirst = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The cards of a page stay few; whoever has more chooses. */
const MOST_CARDS = 12;

/**
 * The places that a page shows, and how many with calls are left out: the chosen one alone, or the
 * accounts and what has calls.
 */
export const choosePlaces = (
  places: readonly UsagePlace[],
  chosen: string,
): { readonly shown: readonly UsagePlace[]; readonly more: number } => {
  if (chosen !== "") return { shown: places.filter(({ value }) => value === chosen), more: 0 };
  const wanted = places.filter(({ calls, value }) => calls > 0 || !value.includes("/"));
  return { shown: wanted.slice(0, MOST_CARDS), more: Math.max(0, wanted.length - MOST_CARDS) };
};

/** A place as its card shows it. */
export const toUsageCard = (
  { account, budgetOf, name, rows }: UsagePlace,
  seen: {
    readonly span: UsageSpan;
    readonly now: EpochSeconds;
    readonly budgets: readonly UsageBudget[];
  },
): UsageCard => ({
  name,
  ...(account !== undefined && { account }),
  slots: toUsageSlots(rows, seen.span, seen.now),
  budget:
    budgetOf === undefined
      ? "none"
      : seen.budgets.find(({ kind, id }) => kind === budgetOf.kind && id === budgetOf.id),
});

/** What can be chosen: every place by name, a location with its account. */
export const toPlaceChoice = ({ account, name, value }: UsagePlace): Choice => ({
  value,
  label: account === undefined ? name : `${name} (${account})`,
});
