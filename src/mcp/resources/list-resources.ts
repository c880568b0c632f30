import type { Resource, ResourceTemplateType } from "@modelcontextprotocol/server";
import type { LocationSummary } from "../../core/connection.ts";
import type { Principal } from "../../core/principal.ts";
import { kindsWithin } from "./resource-kind.ts";
import { LOCATION_TEMPLATE, OPERATION_TEMPLATE, toLocationUri } from "./resource-uri.ts";
import { clip } from "../text.ts";

/** How many locations one page of the list covers. */
const LOCATIONS_PER_PAGE = 20;

/** A page of resources; `next` is the offset of the page after it. */
export interface ResourcePage {
  readonly resources: readonly Resource[];
  readonly next: number | undefined;
}

/** The resources of a grant's locations from `offset` on, in the order of the locations. Pure. */
export const toResourcePage = (
  { areas }: Pick<Principal, "areas">,
  locations: readonly LocationSummary[],
  offset: number,
): ResourcePage => {
  const kinds = kindsWithin(areas);
  const end = offset + LOCATIONS_PER_PAGE;
  return {
    resources: locations.slice(offset, end).flatMap((location) =>
      kinds.map((kind) => ({
        uri: toLocationUri(location.id, kind),
        name: `${clip(location.name, 60)}: ${kind.title.toLowerCase()}`,
        title: `${kind.title} of ${clip(location.name, 60)}`,
        description: kind.description,
        mimeType: JSON_TYPE,
      })),
    ),
    next: end < locations.length ? end : undefined,
  };
};

/** The templates of a grant. Pure. */
export const toTemplates = ({
  areas,
}: Pick<Principal, "areas">): readonly ResourceTemplateType[] => {
  const kinds = kindsWithin(areas).map(({ name }) => name);
  return [
    ...(kinds.length === 0
      ? []
      : [
          {
            uriTemplate: LOCATION_TEMPLATE,
            name: "location",
            title: "Furniture of a location",
            description: `By location id; resource is one of ${kinds.join(", ")}.`,
            mimeType: JSON_TYPE,
          },
        ]),
    {
      uriTemplate: OPERATION_TEMPLATE,
      name: "operation",
      title: "Description of an operation",
      description: "Parameters, class and scopes of one operation of the GoHighLevel API.",
      mimeType: JSON_TYPE,
    },
  ];
};

/** The media type of a location's resources. */
export const JSON_TYPE = "application/json";
