package org.stoker.network;

import org.stoker.access.Authorizer;

/**
 * What serves the connections of one listener.
 *
 * @param requests reads what the listener serves
 * @param authorizer decides what principals may do
 */
record ListenerService(
    RequestDecoder requests, RequestDispatcher dispatcher, Authorizer authorizer) {}
