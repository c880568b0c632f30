import type { Route } from "../gate/route.ts";
import { sendDueMessages } from "./conversation-records.ts";
import { singleConversationRoutes } from "./conversations.ts";
import { messageFileRoutes } from "./message-files.ts";
import { providerMessageRoutes } from "./provider-messages.ts";
import { readMessageRoutes } from "./read-messages.ts";
import { searchConversationsRoute } from "./search-conversations.ts";
import { sendMessageRoutes } from "./send-message.ts";

/** Messages whose time has come go out before anything is looked at. */
const afterDueMessages = (route: Route): Route => ({
  ...route,
  handle: (call) => {
    sendDueMessages(call);
    return route.handle(call);
  },
});

/** Every endpoint of conversations. Fixed paths stand before those with an id. */
export const conversationRoutes: readonly Route[] = [
  searchConversationsRoute,
  ...readMessageRoutes,
  ...sendMessageRoutes,
  ...providerMessageRoutes,
  ...messageFileRoutes,
  ...singleConversationRoutes,
].map(afterDueMessages);
