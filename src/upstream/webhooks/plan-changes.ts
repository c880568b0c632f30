import type { EpochSeconds } from "../../core/clock.ts";
import type { ConnectionId, LocationId } from "../../core/ids.ts";
import { isApproved } from "../approved-locations.ts";
import type { HeldConnection } from "../vault.ts";
import type { WebhookMeaning } from "./event.ts";

/** One thing that an event changes. */
export type Change =
  /** Its tokens are dead: they and all grants on the connection go. */
  | {
      readonly kind: "remove";
      readonly connectionId: ConnectionId;
      /** When it was uninstalled. */
      readonly at: EpochSeconds;
    }
  /** One location of an agency; its other locations go on. */
  | {
      readonly kind: "take_out" | "let_in";
      readonly connectionId: ConnectionId;
      readonly locationId: LocationId;
    };

type Install = Exclude<WebhookMeaning, { readonly kind: "nothing" }>;

/**
 * What an event changes in these connections. A connection that was signed in after the event knows
 * better: a webhook that arrives late must not undo an install that followed.
 */
export const planChanges = (
  meaning: WebhookMeaning,
  at: EpochSeconds,
  all: readonly HeldConnection[],
): readonly Change[] => {
  const connections = all.filter(({ connection }) => connection.connectedAt <= at);
  switch (meaning.kind) {
    case "installed":
      return connections.flatMap((held) => planInstall(meaning, held));
    case "uninstalled":
      return connections.flatMap((held) => planUninstall({ ...meaning, at }, held));
    case "locations_changed":
    case "nothing":
      return [];
  }
};

/**
 * The connections that may reach other locations after an event, or the same under other names. An event
 * that names no agency may be about any: whoever hears of it asks again, and learns nothing else. Pure.
 */
export const findConcerned = (
  meaning: WebhookMeaning,
  all: readonly Pick<HeldConnection, "connection">[],
): readonly ConnectionId[] => {
  if (meaning.kind === "nothing") return [];
  const { companyId, locationId } = meaning;
  return all.flatMap(({ connection: { id, kind, ...own } }) => {
    const isConcerned =
      kind === "company"
        ? companyId === undefined || companyId === own.companyId
        : locationId !== undefined && locationId === own.locationId;
    return isConcerned ? [id] : [];
  });
};

/** An agency's connection learns a location that the app was installed in later. */
const planInstall = ({ companyId, locationId }: Install, held: HeldConnection): Change[] => {
  const { id, kind } = held.connection;
  return kind === "company" &&
    companyId !== undefined &&
    locationId !== undefined &&
    held.connection.companyId === companyId &&
    !isApproved(held, locationId)
    ? [{ kind: "let_in", connectionId: id, locationId }]
    : [];
};

/** With a location it is about that one; without, about the agency and all its locations. */
const planUninstall = (
  { companyId, locationId, at }: Install & { readonly at: EpochSeconds },
  held: HeldConnection,
): Change[] => {
  const { id, kind } = held.connection;
  if (locationId === undefined) {
    return companyId !== undefined && held.connection.companyId === companyId
      ? [{ kind: "remove", connectionId: id, at }]
      : [];
  }
  if (kind === "location") {
    return held.connection.locationId === locationId
      ? [{ kind: "remove", connectionId: id, at }]
      : [];
  }
  // Seen in the wild without the agency. A location has one id everywhere, so taking it out of an
  // agency that does not have it changes nothing there.
  const mayBeTheirs = companyId === undefined || held.connection.companyId === companyId;
  return mayBeTheirs && isApproved(held, locationId)
    ? [{ kind: "take_out", connectionId: id, locationId }]
    : [];
};
