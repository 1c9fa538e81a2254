/** A cluster in this process, for tests of commands: the real protocols and the real controller, without Raft, logs and disks. */
package io.shiplog.tools.twin;
