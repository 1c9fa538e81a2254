// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.archfixture;

/** A tool, for a server that reaches into one (see {@code ArchitectureTest}). */
public final class SomeTool {}
