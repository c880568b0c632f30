import { type LocationId, toLocationId } from "../core/ids.ts";
import type { TokenAnswer } from "./token-answer.ts";
import type { HeldConnection } from "./vault.ts";

/**
 * The locations that a company token reaches, as its answer says. `all` where the agency approved all,
 * or future ones too, or where the answer lists none; GoHighLevel then decides location by location.
 */
export const toApprovedLocations = (
  answer: Pick<
    TokenAnswer,
    "approvedLocations" | "approveAllLocations" | "installToFutureLocations"
  >,
): readonly LocationId[] | "all" => {
  const { approvedLocations, approveAllLocations, installToFutureLocations } = answer;
  const isOpen = approveAllLocations === true || installToFutureLocations === true;
  const listed = approvedLocations ?? [];
  return isOpen || listed.length === 0 ? "all" : listed.map(toLocationId);
};

/** The same as {@link isApproved} for many locations: the list of an agency may have thousands. */
export const createApproval = ({
  approvedLocations,
  removedLocations = [],
}: Pick<HeldConnection, "approvedLocations" | "removedLocations">): ((
  locationId: LocationId,
) => boolean) => {
  const removed = new Set(removedLocations);
  if (approvedLocations === "all") return (id) => !removed.has(id);
  const approved = new Set(approvedLocations);
  return (id) => approved.has(id);
};

/** Whether a location is among those that a connection may reach. */
export const isApproved = (
  {
    approvedLocations,
    removedLocations = [],
  }: Pick<HeldConnection, "approvedLocations" | "removedLocations">,
  locationId: LocationId,
): boolean =>
  approvedLocations === "all"
    ? !removedLocations.includes(locationId)
    : approvedLocations.includes(locationId);
