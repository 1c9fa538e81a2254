// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/** A plan, or why there is none. */
public sealed interface PlanAnswer permits Plan, PlanRefusal {}
