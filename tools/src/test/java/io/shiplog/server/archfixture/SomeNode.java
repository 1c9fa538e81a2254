// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.archfixture;

/** A part of the server, for a tool that reaches into it (see {@code ToolsArchitectureTest}). */
public final class SomeNode {}
