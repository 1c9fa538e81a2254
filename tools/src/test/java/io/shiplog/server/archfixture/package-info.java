/** Stands for the server where it is not on the class path. */
package io.shiplog.server.archfixture;
