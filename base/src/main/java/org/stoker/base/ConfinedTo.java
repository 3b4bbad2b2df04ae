package org.stoker.base;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** This mutable class or member is touched by its owner alone; the value names the owner. */
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD})
public @interface ConfinedTo {
  String PARTITION_LANE = "the partition's lane";
  String EVENT_LOOP = "the connection's event loop";
  String ONE_THREAD = "the thread that made it";
  String CALLER = "one caller at a time";

  String value();
}
