package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stoker.base.HeapBudget;

final class AnswerMemoryTest {
  private static final long CAPACITY = 4 << 20;

  private final AnswerMemory memory = new AnswerMemory(new HeapBudget(CAPACITY), 1_000_000);

  @Test
  void smallAnswersAreNotCounted() {
    var claim = new AnswerMemory.Claim(memory);

    assertThat(claim.tryGrow(AnswerMemory.FREE_BYTES)).isTrue();
    assertThat(memory.claimedBytes()).isZero();
    assertThat(claim.tryGrow(100)).isTrue();
    assertThat(memory.claimedBytes()).isEqualTo(100);
  }

  @Test
  void oneAnswerTakesHalfAtMostAndWhatWasRefusedIsNotHeld() {
    var claim = new AnswerMemory.Claim(memory);

    assertThat(claim.tryGrow(CAPACITY)).isFalse();
    assertThat(claim.tryGrow(CAPACITY / 2)).isTrue();
    assertThat(claim.tryGrow(CAPACITY / 2)).isFalse();
    assertThat(memory.claimedBytes()).isEqualTo(CAPACITY / 2 - AnswerMemory.FREE_BYTES);
  }

  @Test
  void answersOfAUsualSizeFindRoomBesideLargeOnes() {
    var large = new AnswerMemory.Claim(memory);
    assertThat(large.tryGrow(CAPACITY / 2)).isTrue();

    assertThat(new AnswerMemory.Claim(memory).tryGrow(CAPACITY / 4)).isFalse();
    assertThat(new AnswerMemory.Claim(memory).tryGrow(AnswerMemory.USUAL_BYTES)).isTrue();
  }

  @Test
  void allIsGivenBackOnce() {
    var claim = new AnswerMemory.Claim(memory);
    assertThat(claim.tryGrow(1_000_000)).isTrue();

    claim.release();
    claim.release();

    assertThat(memory.claimedBytes()).isZero();
  }

  @Test
  void isTightWhileManyBytesAreUnsentOrMuchIsClaimed() {
    assertThat(memory.isTight()).isFalse();
    memory.unsent(1_000_001);
    assertThat(memory.isTight()).isTrue();
    memory.unsent(-1_000_001);

    var one = new AnswerMemory.Claim(memory);
    var other = new AnswerMemory.Claim(memory);
    assertThat(one.tryGrow(CAPACITY / 2)).isTrue();
    assertThat(memory.isTight()).isFalse();
    assertThat(other.tryGrow(AnswerMemory.USUAL_BYTES)).isTrue();
    assertThat(memory.isTight()).isTrue();
  }
}
