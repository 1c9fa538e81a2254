/** The admin tool and the demo; both speak to a cluster through the stock Kafka client. */
package io.shiplog.tools;
