import { toFieldRules } from "../gate/field-rules.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Tag } from "../world/settings.ts";
import { onRecord, succeed } from "./answers.ts";
import { normalizeTags } from "./contact-body.ts";
import { IN_PATH } from "./locations.ts";

const { read, write } = createRouteFamily({
  read: "locations/tags.readonly",
  write: "locations/tags.write",
});
const location = IN_PATH;
const body = () => toFieldRules("name:string!");
const PATH = "/locations/:id/tags";
const ONE = `${PATH}/:tagId` as const;

/** The endpoints of the tags that a location knows. */
export const locationTagRoutes: readonly Route[] = [
  read(`GET ${PATH}`, {
    location,
    handle: ({ world, params }) =>
      answer(200, { tags: world.tags.filter((tag) => tag.locationId === params["id"]) }),
  }),
  write(`POST ${PATH}`, { location, body, handle: (call) => createTag(call) }),
  read(`GET ${ONE}`, { location, handle: (call) => onTag(call, (tag) => answer(200, { tag })) }),
  write(`PUT ${ONE}`, {
    location,
    body,
    handle: (call) => onTag(call, (tag) => renameTag(call, tag)),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onTag(call, (tag) => {
        call.world.tags.splice(call.world.tags.indexOf(tag), 1);
        retag(call, tag.name, undefined);
        return succeed(call);
      }),
  }),
];

const createTag = (call: ApiCall): Outcome => {
  const locationId = call.params["id"] ?? "";
  const name = nameOf(call);
  if (findTag(call, name) !== undefined) return refuse(400, "The tag name is already exist.");
  const tag: Tag = { id: call.newId(), locationId, name };
  call.world.tags.push(tag);
  return answer(200, { tag });
};

/** A renamed tag keeps its contacts. */
const renameTag = (call: ApiCall, tag: Tag): Outcome => {
  const name = nameOf(call);
  const twin = findTag(call, name);
  if (twin !== undefined && twin !== tag) return refuse(400, "The tag name is already exist.");
  const renamed: Tag = { ...tag, name };
  call.world.tags[call.world.tags.indexOf(tag)] = renamed;
  retag(call, tag.name, name);
  return answer(200, { tag: renamed });
};

const retag = ({ world, params }: ApiCall, from: string, to: string | undefined): void => {
  for (const contact of world.contacts.values()) {
    if (contact.locationId !== params["id"] || !contact.tags.includes(from)) continue;
    const tags = contact.tags.flatMap((tag) => (tag === from ? (to ?? []) : tag));
    world.contacts.set(contact.id, { ...contact, tags });
  }
};

const nameOf = (call: ApiCall): string => normalizeTags([call.body["name"]])[0] ?? "";

const findTag = ({ world, params }: ApiCall, name: string): Tag | undefined =>
  world.tags.find((tag) => tag.locationId === params["id"] && tag.name === name);

const onTag = (call: ApiCall, use: (tag: Tag) => Outcome): Outcome => {
  const id = call.params["tagId"];
  const tag = call.world.tags.find((one) => one.id === id && one.locationId === call.params["id"]);
  return onRecord({ name: "Tag", id }, tag, use);
};
