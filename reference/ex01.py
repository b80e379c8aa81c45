"""Oracle of exercise 01: x = (3 * 2**2) - 12**5."""

LEFT_LEAVES = (3, 2)
RIGHT_LEAF = 12
LEAVES = {3, 2, 12, 5, 1, 0, -1}  # 5 is an exponent; 1, 0 and -1 start loops, products and axes
LEFT = 3 * 2**2  # 12
RIGHT = 12**5  # 248832
ANSWER = LEFT - RIGHT  # -248820
