/** What this module may import, and what of it is pure. */
package io.shiplog.tools.arch;
