// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Says why a partition, a topic or the cluster is not well: the cause, since when, what to do, and whether it is safe to wait. {@link
 * io.shiplog.tools.explain.Diagnosis} and all rules are pure: they judge {@link io.shiplog.tools.explain.Facts}, which {@link
 * io.shiplog.tools.explain.FactsGatherer} brings.
 */
package io.shiplog.tools.explain;
