#error don't
