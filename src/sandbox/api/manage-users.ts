import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, numberOf, textOf } from "../gate/fields.ts";
import { reaches } from "../gate/caller.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import {
  ANY_CALLERS,
  type ApiCall,
  COMPANY_CALLERS,
  createRouteFamily,
  type Route,
} from "../gate/route.ts";
import type { User } from "../world/people.ts";
import { notFound } from "./answers.ts";
import { pickFields, textsOf } from "./field-texts.ts";
import { isVisible, presentUser } from "./users.ts";

const { read, write } = createRouteFamily(
  { read: "users.readonly", write: "users.write" },
  ANY_CALLERS,
);
const location = { in: "caller" } as const;

const userFields = (isNew: boolean): Fields => {
  const must = isNew ? "!" : "";
  return toFieldRules(
    `firstName:string${must} lastName:string${must} email:string${must} password:string${must}
     phone:string type:string${must}{account|agency} role:string${must}{admin|user}
     companyId:string${must} locationIds:strings${must} permissions:object scopes:strings
     scopesAssignedToOnly:strings profilePhoto:string twilioPhone:object platformLanguage:string`,
  );
};

/** The endpoints that create, change, delete and look up users. Passwords are taken and dropped. */
export const manageUserRoutes: readonly Route[] = [
  read("POST /users/search/filter-by-email", {
    callers: COMPANY_CALLERS,
    location,
    body: () =>
      toFieldRules(
        "companyId:string! emails:any! deleted:boolean skip:any limit:any projection:string",
      ),
    handle: (call) => filterByEmail(call),
  }),
  write("POST /users/", {
    location,
    body: () => userFields(true),
    handle: (call) => createUser(call),
  }),
  write("PUT /users/:id", {
    location,
    body: () => userFields(false),
    handle: (call) => onUser(call, (user) => updateUser(call, user)),
  }),
  write("DELETE /users/:id", {
    location,
    handle: (call) =>
      onUser(call, (user) => {
        call.world.users.splice(call.world.users.indexOf(user), 1);
        return answer(200, {
          [call.isV3 ? "succeeded" : "succeded"]: true,
          message: "Queued deleting user with e-mail and name. Will take a few minutes.",
        });
      }),
  }),
];

const NO_ACCESS = "The token does not have access to this location.";

/** `emails` is one text, separated by commas, or a list. */
const filterByEmail = ({ world, body, caller }: ApiCall): Outcome => {
  if (body["companyId"] !== caller.companyId) return refuse(403, NO_ACCESS);
  const { emails } = body;
  const wanted = (typeof emails === "string" ? emails.split(",") : textsOf(emails)).map((email) =>
    email.trim().toLowerCase(),
  );
  const found =
    body["deleted"] === true ? [] : world.users.filter(({ email }) => wanted.includes(email));
  const skip = numberOf(Number(body["skip"] ?? 0), 0);
  const limit = numberOf(Number(body["limit"] ?? 25), 25);
  return answer(200, {
    users: found.slice(skip, skip + limit).map(presentUser),
    count: found.length,
  });
};

const createUser = (call: ApiCall): Outcome => {
  const { world, body, caller } = call;
  if (body["companyId"] !== caller.companyId) return refuse(403, NO_ACCESS);
  const refusal = checkUser(call, undefined);
  if (refusal !== undefined) return refusal;
  const user: User = {
    ...EMPTY_USER,
    ...readUser(call),
    id: call.newId(),
    companyId: caller.companyId,
  };
  world.users.push(user);
  return answer(201, presentUser(user));
};

const EMPTY_USER = {
  firstName: "",
  lastName: "",
  email: "",
  phone: "",
  type: "account",
  role: "user",
  locationIds: [],
} as const;

const updateUser = (call: ApiCall, old: User): Outcome => {
  const { world } = call;
  const refusal = checkUser(call, old);
  if (refusal !== undefined) return refusal;
  const user: User = { ...old, ...readUser(call) };
  world.users[world.users.indexOf(old)] = user;
  return answer(200, presentUser(user));
};

/** No one may be put into a location that the caller does not reach, or take another's address. */
const checkUser = (
  { world, body, caller }: ApiCall,
  old: User | undefined,
): Refusal | undefined => {
  const given = textsOf(body["locationIds"]);
  const added = given.filter((id) => old?.locationIds.includes(id) !== true);
  if (added.some((id) => !reaches(caller, id))) return refuse(403, NO_ACCESS);
  const email = textOf(body["email"]).toLowerCase();
  return world.users.some((user) => user !== old && user.email === email)
    ? refuse(400, "The email address is already in use.")
    : undefined;
};

const readUser = ({ body }: ApiCall): Partial<User> => ({
  ...pickFields(body, ["firstName", "lastName", "phone", "type", "role", "locationIds"]),
  ...(typeof body["email"] === "string" ? { email: body["email"].toLowerCase() } : {}),
});

const onUser = (call: ApiCall, use: (user: User) => Outcome): Outcome => {
  const id = call.params["id"];
  const user = call.world.users.find((one) => one.id === id);
  if (user === undefined) return notFound("User", id);
  return isVisible(call.caller, user) ? use(user) : refuse(403, NO_ACCESS);
};
