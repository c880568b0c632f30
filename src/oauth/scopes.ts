import {
  ACCESS_LEVELS,
  type AccessLevel,
  AREAS,
  type AreaId,
  allowsAccess,
} from "../core/access.ts";

/** How far a token or a grant reaches: one access level, in some areas or all. */
export interface Reach {
  readonly access: AccessLevel;
  readonly areas: readonly AreaId[] | "all";
}

const AREA_PREFIX = "area:";
const DEFAULT_ACCESS: AccessLevel = "write";

/** Every scope of the product, in the order in which documents list them. */
export const ALL_SCOPES: readonly string[] = [
  ...ACCESS_LEVELS,
  ...AREAS.map((area) => AREA_PREFIX + area.id),
];

/**
 * What a client gets to ask a person for: unknown scopes and `offline_access` are left out (RFC 6749
 * §3.3 lets the server ignore scopes), no level means reading and writing, no area means all.
 */
export const toRequestedReach = (scope: string | undefined): Reach => {
  const named = parseScope(scope);
  return {
    access: named.access ?? DEFAULT_ACCESS,
    areas: named.areas.length === 0 ? "all" : named.areas,
  };
};

/**
 * The part of `granted` that a refresh asks for (RFC 6749 §6), undefined if it asks for more. A level
 * or an area that is not named stays as granted.
 */
export const narrowReach = (granted: Reach, scope: string | undefined): Reach | undefined => {
  const named = parseScope(scope);
  const access = named.access ?? granted.access;
  const areas = named.areas.length === 0 ? granted.areas : named.areas;
  return includesReach(granted, { access, areas }) ? { access, areas } : undefined;
};

/** Whether `outer` covers all of `inner`. */
export const includesReach = (outer: Reach, inner: Reach): boolean => {
  if (!allowsAccess(outer.access, inner.access)) return false;
  if (outer.areas === "all") return true;
  return inner.areas !== "all" && inner.areas.every((area) => outer.areas.includes(area));
};

/** What two reaches have in common: the lower level, the shared areas. */
export const intersectReach = (one: Reach, other: Reach): Reach => ({
  access: allowsAccess(one.access, other.access) ? other.access : one.access,
  areas: intersectAreas(one.areas, other.areas),
});

/** The scope value of a reach: the level with all that it implies, then the areas if not all. */
export const toScope = (reach: Reach): string =>
  [
    ...toAccessScopes(reach.access),
    ...(reach.areas === "all" ? [] : sortAreas(reach.areas).map((area) => AREA_PREFIX + area)),
  ].join(" ");

/** A level and the levels that it implies, lowest first. */
const toAccessScopes = (access: AccessLevel): readonly AccessLevel[] =>
  ACCESS_LEVELS.filter((level) => allowsAccess(access, level));

/** The scope that the first challenge names and that a client gets when it names none. */
export const DEFAULT_SCOPE: string = toAccessScopes(DEFAULT_ACCESS).join(" ");

const parseScope = (
  scope: string | undefined,
): { readonly access?: AccessLevel; readonly areas: readonly AreaId[] } => {
  const tokens = new Set((scope ?? "").split(" "));
  const access = ACCESS_LEVELS.findLast((level) => tokens.has(level));
  const areas = AREAS.map((area) => area.id).filter((id) => tokens.has(AREA_PREFIX + id));
  return access === undefined ? { areas } : { access, areas };
};

/** The scopes of a value that this server knows, in its own order; empty if it knows none. */
export const keepKnownScopes = (scope: string): string => {
  const tokens = scope.split(" ");
  return ALL_SCOPES.filter((known) => tokens.includes(known)).join(" ");
};

const sortAreas = (areas: readonly AreaId[]): readonly AreaId[] =>
  AREAS.map((area) => area.id).filter((id) => areas.includes(id));

const intersectAreas = (one: Reach["areas"], other: Reach["areas"]): Reach["areas"] => {
  if (one === "all") return other;
  if (other === "all") return one;
  return one.filter((area) => other.includes(area));
};
